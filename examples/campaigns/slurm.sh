#!/bin/sh
# A campaign of as many parts as the array has tasks, on a cluster with Slurm. The array goes from 1:
#
#   sbatch --array=1-100 slurm.sh          then: coulis merge results/part-*.jsonl
#
#SBATCH --job-name=coulis-fuzz
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
#SBATCH --time=06:00:00
#SBATCH --requeue
set -eu
: "${SEED:=nightly}" "${CASES:=1000000}" "${STYLE:=mixed}" "${RESULTS:=results}" "${COULIS:=npx coulis}"
mkdir -p "$RESULTS"
part=$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT
out=$RESULTS/part-$SLURM_ARRAY_TASK_ID.jsonl
# 1 is a result, which merge reports. A task that is requeued writes its file again from the beginning.
$COULIS fuzz --seed "$SEED" --style "$STYLE" --cases "$CASES" --shard "$part" --jobs "${SLURM_CPUS_PER_TASK:-1}" --watch 120 --jsonl > "$out" || test $? -eq 1
