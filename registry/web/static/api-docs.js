"use strict";

window.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("api-docs");
  // Swagger UI is dark where the root says so in its word; ours is that of the page, or else of the device.
  const device = matchMedia("(prefers-color-scheme: dark)");
  const shade = () => {
    const chosen = document.documentElement.dataset.scheme;
    document.documentElement.classList.toggle("dark-mode", chosen ? chosen === "dark" : device.matches);
  };
  shade();
  device.addEventListener("change", shade);
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
