#!/bin/sh
# A fuzzing campaign in parts with GNU parallel, on this machine or on those of a list.
#
#   SEED=nightly CASES=100000 PARTS=16 ./parallel.sh results/
#   HOSTS=4/alice,16/bob ./parallel.sh results/        over ssh, so many parts at a time on each
#
# A part is one worker, because parallel already fills the cores. --joblog and --resume go on where a campaign was interrupted.
set -eu
results=${1:?a folder for the results}
: "${SEED:=0}" "${CASES:=1000}" "${PARTS:=16}" "${STYLE:=mixed}" "${COULIS:=npx coulis}"
mkdir -p "$results"
# A part that finds something exits with 1, which is a result; merge says what it was.
parallel ${HOSTS:+--sshlogin "$HOSTS"} --joblog "$results/log" --resume --results "$results/part-{}.jsonl" \
  "$COULIS" fuzz --seed "$SEED" --style "$STYLE" --cases "$CASES" --shard "{}/$PARTS" --jobs 1 --jsonl \
  ::: $(seq "$PARTS") > /dev/null || true
exec $COULIS merge "$results"/part-*.jsonl
