// etcd's raft, unmodified, behind C functions: library.h says what they take and give. Nothing here
// decides anything: a server is a raft.RawNode with a raft.MemoryStorage, driven as etcd's own
// server drives it (etcdserver/raft.go), but for the disk and the network, which are the simulator's.
package main

// #cgo CFLAGS: -I${SRCDIR}/../../..
// #include "analysis/foreign/etcd_raft/library.h"
// static etcd_draw draw_by;
// static inline void draw_with(etcd_draw by) { draw_by = by; }
// static inline uint64_t draw(void) { return draw_by(); }
// static inline uint64_t sizes(void) { return ETCD_SIZES; }
// static inline void work_on(etcd_work work, void *context) { work(context); }
import "C"

import (
	"fmt"
	"math/rand"
	"runtime/cgo"
	"sync"
	"unsafe"

	"go.etcd.io/etcd/raft"
	pb "go.etcd.io/etcd/raft/raftpb"
	"go.etcd.io/etcd/raft/tracker"
)

// ---- Chance -------------------------------------------------------------------------------------

// The library's one random source, as raft.go of 3.4 declares it. The linker lets another package
// name the variable; the library itself stays as it is.
type lockedRand struct {
	mu   sync.Mutex
	rand *rand.Rand
}

//go:linkname globalRand go.etcd.io/etcd/raft.globalRand
var globalRand *lockedRand

// Draws from the stream of the node on whose behalf this thread is inside the library.
type nodeSource struct{}

func (nodeSource) Int63() int64 { return int64(C.draw()) }
func (nodeSource) Seed(int64)   {}

// ---- Silence ------------------------------------------------------------------------------------

type quiet struct{}

func (quiet) Debug(...interface{})              {}
func (quiet) Debugf(string, ...interface{})     {}
func (quiet) Error(...interface{})              {}
func (quiet) Errorf(string, ...interface{})     {}
func (quiet) Info(...interface{})               {}
func (quiet) Infof(string, ...interface{})      {}
func (quiet) Warning(...interface{})            {}
func (quiet) Warningf(string, ...interface{})   {}
func (quiet) Fatal(v ...interface{})            { panic(fmt.Sprint(v...)) }
func (quiet) Fatalf(f string, v ...interface{}) { panic(fmt.Sprintf(f, v...)) }
func (quiet) Panic(v ...interface{})            { panic(fmt.Sprint(v...)) }
func (quiet) Panicf(f string, v ...interface{}) { panic(fmt.Sprintf(f, v...)) }

// ---- Servers ------------------------------------------------------------------------------------

type server struct {
	node           *raft.RawNode
	storage        *raft.MemoryStorage
	voters         []uint64
	count, catchUp uint64
	snapshot       uint64 // index of the newest
	ready          raft.Ready
	writing        bool // `ready` waits for the disk
	atOnce         bool
	outbox         []C.struct_etcd_message
}

// As etcdserver/raft.go has them.
const (
	maxSizePerMsg   = 1 * 1024 * 1024
	maxInflightMsgs = 4096 / 8
)

func entries(runs *C.struct_disk_run, first uint64, count int) []pb.Entry {
	if count == 0 {
		return nil
	}
	all := (*[1 << 20]C.struct_disk_run)(unsafe.Pointer(runs))
	list := make([]pb.Entry, count)
	run := 0
	for i := range list {
		index := first + uint64(i)
		for uint64(all[run].last) < index {
			run++
		}
		list[i] = pb.Entry{Term: uint64(all[run].term_and_type) / 4, Index: index}
	}
	return list
}

// What a restart finds: the snapshot, the entries behind it, term, vote and commit. A log without a
// snapshot is that of a server that has lost its disk: it knows of no members.
func restore(log *C.struct_disk_log, commit uint64, voters []uint64) *raft.MemoryStorage {
	storage := raft.NewMemoryStorage()
	snapshot := uint64(log.snapshot_index)
	if snapshot > 0 {
		metadata := pb.SnapshotMetadata{Index: snapshot, Term: uint64(log.snapshot_term),
			ConfState: pb.ConfState{Voters: voters}}
		if err := storage.ApplySnapshot(pb.Snapshot{Metadata: metadata}); err != nil {
			panic(err)
		}
	}
	if n := log.run_count; n > 0 {
		first, last := uint64(log.first), uint64(log.runs[n-1].last)
		list := entries(&log.runs[0], first, int(last-first+1))
		if last > snapshot {
			if first <= snapshot {
				list = list[snapshot+1-first:]
			}
			if err := storage.Append(list); err != nil {
				panic(err)
			}
		}
	}
	state := pb.HardState{Term: uint64(log.term), Vote: uint64(log.voted_for), Commit: commit}
	if err := storage.SetHardState(state); err != nil {
		panic(err)
	}
	return storage
}

func newServer(c *C.struct_etcd_config, log *C.struct_disk_log, commit uint64) *server {
	s := &server{count: uint64(c.snapshot_count), catchUp: uint64(c.snapshot_catch_up),
		snapshot: uint64(log.snapshot_index)}
	for id := uint64(1); id <= uint64(c.members); id++ {
		s.voters = append(s.voters, id)
	}
	s.storage = restore(log, commit, s.voters)
	node, err := raft.NewRawNode(&raft.Config{
		ID:              uint64(c.id),
		ElectionTick:    int(c.election_ticks),
		HeartbeatTick:   int(c.heartbeat_ticks),
		Storage:         s.storage,
		MaxSizePerMsg:   maxSizePerMsg,
		MaxInflightMsgs: maxInflightMsgs,
		CheckQuorum:     bool(c.check_quorum),
		PreVote:         bool(c.pre_vote),
		Logger:          quiet{},
	})
	if err != nil {
		panic(err)
	}
	s.node = node
	return s
}

// ---- Messages -----------------------------------------------------------------------------------

const transferContext = "CampaignTransfer"

func take(m *C.struct_etcd_message, voters []uint64) pb.Message {
	message := pb.Message{Type: pb.MessageType(m._type), To: uint64(m.to), From: uint64(m.from),
		Term: uint64(m.term), LogTerm: uint64(m.log_term), Index: uint64(m.index),
		Commit: uint64(m.commit), Reject: bool(m.reject), RejectHint: uint64(m.reject_hint),
		Entries: entries(&m.runs[0], uint64(m.index)+1, int(m.entries))}
	if m.transfer {
		message.Context = []byte(transferContext)
	}
	if m.snapshot_index > 0 {
		message.Snapshot.Metadata = pb.SnapshotMetadata{Index: uint64(m.snapshot_index),
			Term: uint64(m.snapshot_term), ConfState: pb.ConfState{Voters: voters}}
	}
	return message
}

func head(m *pb.Message) C.struct_etcd_message {
	var to C.struct_etcd_message
	to._type = C.uint32_t(m.Type)
	to.to = C.uint32_t(m.To)
	to.from = C.uint32_t(m.From)
	to.term = C.uint64_t(m.Term)
	to.log_term = C.uint32_t(m.LogTerm)
	to.index = C.uint32_t(m.Index)
	to.commit = C.uint32_t(m.Commit)
	to.reject = C.bool(m.Reject)
	to.reject_hint = C.uint32_t(m.RejectHint)
	to.transfer = C.bool(string(m.Context) == transferContext)
	to.snapshot_index = C.uint32_t(m.Snapshot.Metadata.Index)
	to.snapshot_term = C.uint32_t(m.Snapshot.Metadata.Term)
	return to
}

// Entries of more terms than one message holds go as several, one after the other.
func (s *server) give(m *pb.Message) {
	to := head(m)
	for i := range m.Entries {
		term := C.uint32_t(m.Entries[i].Term * 4)
		fresh := to.run_count == 0 || to.runs[to.run_count-1].term_and_type != term
		if fresh && to.run_count == C.ETCD_MESSAGE_RUNS {
			s.outbox = append(s.outbox, to)
			to.index += to.entries
			to.log_term = to.runs[to.run_count-1].term_and_type / 4
			to.entries, to.run_count = 0, 0
			to.runs = [C.ETCD_MESSAGE_RUNS]C.struct_disk_run{}
		}
		if fresh {
			to.runs[to.run_count].term_and_type = term
			to.run_count++
		}
		to.entries++
		to.runs[to.run_count-1].last = to.index + to.entries
	}
	s.outbox = append(s.outbox, to)
}

// ---- Ready --------------------------------------------------------------------------------------

// What is written goes to the storage, is applied, and the library may go on.
func (s *server) finish(rd raft.Ready, c *C.struct_etcd_call) {
	if !raft.IsEmptySnap(rd.Snapshot) {
		if err := s.storage.ApplySnapshot(rd.Snapshot); err != nil {
			panic(err)
		}
		s.snapshot = rd.Snapshot.Metadata.Index
	}
	if err := s.storage.Append(rd.Entries); err != nil {
		panic(err)
	}
	s.node.Advance(rd)
	if n := len(rd.CommittedEntries); n > 0 {
		s.compact(rd.CommittedEntries[n-1].Index, c)
	}
}

// etcdserver's triggerSnapshot() and snapshot().
func (s *server) compact(applied uint64, c *C.struct_etcd_call) {
	if applied-s.snapshot <= s.count {
		return
	}
	snapshot, err := s.storage.CreateSnapshot(applied, &pb.ConfState{Voters: s.voters}, nil)
	if err != nil {
		panic(err)
	}
	s.snapshot = applied
	c.compacted_index = C.uint32_t(applied)
	c.compacted_term = C.uint32_t(snapshot.Metadata.Term)
	if applied > s.catchUp {
		if err := s.storage.Compact(applied - s.catchUp); err != nil && err != raft.ErrCompacted {
			panic(err)
		}
	}
}

func write(list []pb.Entry, c *C.struct_etcd_call) {
	c.entries = C.uint32_t(len(list))
	if len(list) > 0 {
		c.entries_from = C.uint32_t(list[0].Index)
	}
	for i := range list {
		term := C.uint32_t(list[i].Term * 4)
		if c.run_count == 0 || c.runs[c.run_count-1].term_and_type != term {
			if c.run_count == C.DISK_RUNS_MAX {
				panic("entries of too many terms at once")
			}
			c.runs[c.run_count].term_and_type = term
			c.run_count++
		}
		c.runs[c.run_count-1].last = C.uint32_t(list[i].Index)
	}
}

// etcdserver's shouldWaitWALSync(): a lone member commits what it has not written.
func overlap(committed, fresh []pb.Entry) bool {
	return len(committed) > 0 && len(fresh) > 0 && committed[len(committed)-1].Index >= fresh[0].Index
}

func (s *server) takeReady(c *C.struct_etcd_call) {
	rd := s.node.Ready()
	c.ready = true
	s.atOnce = s.node.BasicStatus().RaftState == raft.StateLeader
	for i := range rd.Messages {
		s.give(&rd.Messages[i])
	}
	write(rd.Entries, c)
	c.installed_index = C.uint32_t(rd.Snapshot.Metadata.Index)
	c.installed_term = C.uint32_t(rd.Snapshot.Metadata.Term)
	if n := len(rd.CommittedEntries); n > 0 {
		c.committed = C.uint32_t(rd.CommittedEntries[n-1].Index)
		c.applies_when_written = C.bool(overlap(rd.CommittedEntries, rd.Entries))
	}
	if rd.MustSync || !raft.IsEmptySnap(rd.Snapshot) {
		c.write = true
		s.ready, s.writing = rd, true
	} else {
		s.finish(rd, c)
	}
}

// ---- Calls --------------------------------------------------------------------------------------

func clear(c *C.struct_etcd_call) {
	c.failed, c.dropped, c.more, c.ready, c.write = false, false, false, false, false
	c.applies_when_written, c.at_once = false, false
	c.entries_from, c.entries, c.run_count, c.committed = 0, 0, 0, 0
	c.installed_index, c.installed_term = 0, 0
	c.compacted_index, c.compacted_term, c.message_count = 0, 0, 0
}

func (s *server) answer(c *C.struct_etcd_call) {
	if len(s.outbox) == 0 && !s.writing && s.node.HasReady() {
		s.takeReady(c)
	}
	n := len(s.outbox)
	if n > C.ETCD_ANSWER_MESSAGES {
		n = C.ETCD_ANSWER_MESSAGES
	}
	copy(c.messages[:n], s.outbox)
	s.outbox = s.outbox[n:]
	if len(s.outbox) == 0 {
		s.outbox = nil
	}
	c.message_count = C.uint32_t(n)
	c.at_once = C.bool(s.atOnce)
	c.more = C.bool(len(s.outbox) > 0 || (!s.writing && s.node.HasReady()))
	status := s.node.BasicStatus()
	c.state = C.uint32_t(status.RaftState)
	c.lead = C.uint32_t(status.Lead)
	c.term = C.uint64_t(status.HardState.Term)
	c.vote = C.uint32_t(status.HardState.Vote)
	c.commit = C.uint32_t(status.HardState.Commit)
	c.transferee = C.uint32_t(status.LeadTransferee)
}

// The leader itself has matched all that it has.
func (s *server) lastIndex() (last uint64) {
	id := s.node.BasicStatus().ID
	s.node.WithProgress(func(of uint64, _ raft.ProgressType, p tracker.Progress) {
		if of == id {
			last = p.Match
		}
	})
	return last
}

func (s *server) propose(c *C.struct_etcd_call) {
	if err := s.node.Propose(nil); err != nil {
		c.dropped = true
		return
	}
	c.last_index = C.uint32_t(s.lastIndex())
}

// etcd asks its transport for the longest connected; without one, it is who was heard of lately and
// has most of the log.
func (s *server) successor() (best uint64) {
	id, match, active := s.node.BasicStatus().ID, uint64(0), false
	s.node.WithProgress(func(of uint64, _ raft.ProgressType, p tracker.Progress) {
		better := p.RecentActive && !active || p.RecentActive == active && p.Match > match
		if of != id && (best == 0 || better) {
			best, match, active = of, p.Match, p.RecentActive
		}
	})
	return best
}

func (s *server) act(c *C.struct_etcd_call) {
	switch c.request {
	case C.ETCD_TICK:
		s.node.Tick()
	case C.ETCD_STEP:
		// An error is a message from nobody who counts; etcd drops it.
		_ = s.node.Step(take(&c.message, s.voters))
	case C.ETCD_PROPOSE:
		s.propose(c)
	case C.ETCD_TRANSFER:
		to := uint64(c.peer)
		if to == 0 {
			to = s.successor()
		}
		if to != 0 {
			s.node.TransferLeader(to)
		}
	case C.ETCD_WRITTEN:
		rd := s.ready
		s.ready, s.writing = raft.Ready{}, false
		s.finish(rd, c)
	case C.ETCD_SNAPSHOT_DONE:
		s.node.ReportSnapshot(uint64(c.peer), raft.SnapshotFinish)
	case C.ETCD_SNAPSHOT_FAILED:
		s.node.ReportSnapshot(uint64(c.peer), raft.SnapshotFailure)
	}
}

// A panic ends the process in production; here it ends the simulated one.
func caught(c *C.struct_etcd_call) {
	if wrong := recover(); wrong != nil {
		c.failed = true
		why := fmt.Sprint(wrong)
		for i := range c.why {
			c.why[i] = 0
			if i < len(why) && i < len(c.why)-1 {
				c.why[i] = C.char(why[i])
			}
		}
	}
}

//export conclave_etcd_sizes
func conclave_etcd_sizes() C.uint64_t { return C.sizes() }

//export conclave_etcd_open
func conclave_etcd_open(draw C.etcd_draw) {
	C.draw_with(draw)
	globalRand.rand = rand.New(nodeSource{})
}

//export conclave_etcd_create
func conclave_etcd_create(config *C.struct_etcd_config, log *C.struct_disk_log, commit C.uint32_t,
	c *C.struct_etcd_call) (handle C.uint64_t) {
	defer caught(c)
	clear(c)
	s := newServer(config, log, uint64(commit))
	s.answer(c)
	return C.uint64_t(cgo.NewHandle(s))
}

//export conclave_etcd_call
func conclave_etcd_call(handle C.uint64_t, c *C.struct_etcd_call) {
	defer caught(c)
	s := cgo.Handle(handle).Value().(*server)
	clear(c)
	s.act(c)
	s.answer(c)
}

//export conclave_etcd_free
func conclave_etcd_free(handle C.uint64_t) { cgo.Handle(handle).Delete() }

//export conclave_etcd_inside
func conclave_etcd_inside(work C.etcd_work, context unsafe.Pointer) { C.work_on(work, context) }

func main() {}
