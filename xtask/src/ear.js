(() => {
  // Kept on the page until the test that drives it asks.
  const heard = (window.heardErrors = []);
  const say = console.error;
  console.error = (...words) => {
    heard.push("console.error: " + words.map(String).join(" "));
    say.apply(console, words);
  };
  const missed = (target) => "could not load " + (target.src || target.href || target.nodeName);
  // A size that settles one frame later is told as an error event, but nothing went wrong.
  const harmless = (message) => /^ResizeObserver loop/.test(message || "");
  // In the capture phase, since what an element failed to load does not bubble.
  const onError = (event) => harmless(event.message) || heard.push(event.message || missed(event.target));
  addEventListener("error", onError, true);
  addEventListener("unhandledrejection", (event) => heard.push("unhandled rejection: " + event.reason));
  addEventListener("securitypolicyviolation", (event) => heard.push("stopped: " + event.violatedDirective));
})();
