(() => {
  // Kept on the page until the test that drives it asks.
  const heard = (window.heardErrors = []);
  const say = console.error;
  console.error = (...words) => {
    heard.push("console.error: " + words.map(String).join(" "));
    say.apply(console, words);
  };
  const missed = (target) => "could not load " + (target.src || target.href || target.nodeName);
  // In the capture phase, since what an element failed to load does not bubble.
  addEventListener("error", (event) => heard.push(event.message || missed(event.target)), true);
  addEventListener("unhandledrejection", (event) => heard.push("unhandled rejection: " + event.reason));
  addEventListener("securitypolicyviolation", (event) => heard.push("stopped: " + event.violatedDirective));
})();
