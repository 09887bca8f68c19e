// The clerk's keys: the same buttons, without the eye having to travel. Never while something is being typed.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select");
  if (typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = document.querySelector(`#live button[data-key="${CSS.escape(event.key.toUpperCase())}"]`);
  if (!button) return;
  event.preventDefault();
  button.focus();
  button.click();
});
