"use strict";

window.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("api-docs");
  // A page has one main part, and this is within it: said as soon as it is drawn, before anybody can read it otherwise.
  new MutationObserver(() => {
    place.querySelectorAll("main:not([role])").forEach((part) => part.setAttribute("role", "none"));
  }).observe(place, { childList: true, subtree: true });
  SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    supportedSubmitMethods: ["get"],
    validatorUrl: null,
  });
});
