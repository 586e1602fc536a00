// Puts a button beside whatever is marked data-copy; without a script or a clipboard it is selected by hand.
for (const sign of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const chinese = document.documentElement.lang.startsWith("zh");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-secondary btn-sm no-print";
  button.textContent = chinese ? "复制" : "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(sign.textContent);
    button.textContent = chinese ? "已复制" : "Copied";
  });
  sign.after(" ", button);
}
