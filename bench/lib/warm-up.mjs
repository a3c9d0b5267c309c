/**
 * At least three repetitions and so many seconds: compilers, caches and clocks settle. Leaves the seconds of the last one in
 * `secondsPerRepetition`.
 */
export async function warmUp(worker, seconds) {
  const deadline = performance.now() + 1000 * seconds;
  for (let round = 0; round < 3 || performance.now() < deadline; round++) {
    worker.secondsPerRepetition = (await worker.block(1)).seconds;
    if (performance.now() > deadline + 15_000) return;
  }
}
