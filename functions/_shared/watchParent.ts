// Preloaded into every Deno process of the embedded platform: ends it when the process that started it is gone,
// even after kill -9. The timer must not keep the program alive, nor may this module wait: a preload blocks the start.
const parent = Deno.ppid
Deno.unrefTimer(setInterval(() => Deno.ppid === parent || Deno.exit(0), 1000))
