#!/usr/bin/env bash
# slurm.sh CONCLAVE: a real Slurm on loopback (Debian's slurm-wlm and munge; needs root) runs a sweep
# as an array of four shards with a merge behind it; the result must equal the sweep on one machine.
set -euo pipefail
conclave=$(realpath "$1")
cd "$(dirname "$0")/../.."
for program in munged slurmctld slurmd sbatch; do
    command -v "$program" > /dev/null || { echo "skipped: no $program (apt-get install slurm-wlm munge)"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "skipped: Slurm's daemons want to be root here"; exit 77; }
work=$(mktemp -d)
chmod 755 "$work"
stop() {
    for name in slurmd slurmctld munged; do
        if [ -e "$work/$name.pid" ]; then kill "$(cat "$work/$name.pid")" 2> "$work/stop.log" || true; fi
    done
    sleep 0.5
    rm -rf "$work"
}
trap stop EXIT

mkdir -p "$work/munge" "$work/state" "$work/spool"
chown munge "$work/munge"
chmod 755 "$work/munge"
dd if=/dev/urandom of="$work/munge/key" bs=1024 count=1 status=none
chown munge "$work/munge/key"
chmod 400 "$work/munge/key"
touch "$work/munged.pid"
chown munge "$work/munged.pid"
runuser -u munge -- munged --force --key-file="$work/munge/key" --socket="$work/munge/socket" \
    --pid-file="$work/munge/pid" --log-file="$work/munge/log" --seed-file="$work/munge/seed"
cp "$work/munge/pid" "$work/munged.pid"

host=$(hostname -s)
cat > "$work/slurm.conf" << END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CredType=cred/munge
SlurmUser=root
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MpiDefault=none
SchedulerParameters=sched_interval=1,bf_interval=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF="$work/slurm.conf"
slurmctld -c
slurmd -c
for _ in $(seq 100); do
    if sinfo -h -o %T 2> "$work/sinfo.log" | grep -q idle; then break; fi
    sleep 0.1
done
sinfo -h -o %T | grep -q idle || { cat "$work"/*.log; echo "Slurm did not come up"; exit 1; }

sweep=(scenarios/quickstart.yaml --seeds 1..40 --vary raft.pre_vote=false,true --quiet)
"$conclave" sweep "${sweep[@]}" --db "$work/alone.db" 2> "$work/alone.log"
CONCLAVE=$conclave SBATCH_OPTIONS="--chdir=$PWD --output=$work/%x-%A_%a.log" \
    analysis/jobs/submit 4 "$work/together.db" "${sweep[@]}"
for _ in $(seq 300); do
    if [ -z "$(squeue -h)" ]; then break; fi
    sleep 0.2
done
[ -e "$work/together.db" ] || { squeue; cat "$work"/conclave-*.log "$work"/slurmd.log; echo "no merged database"; exit 1; }
[ "$(sqlite3 "$work/alone.db" .dump | sha256sum)" = "$(sqlite3 "$work/together.db" .dump | sha256sum)" ] \
    || { echo "differs: the array's database is not that of one machine"; exit 1; }
ls "$work"/together.shard*.db 2> "$work/ls.log" && { echo "shards left behind"; exit 1; }
echo "an array of four shards, merged, is the sweep of one machine"
