"use strict";

window.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("api-docs");
  SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    supportedSubmitMethods: ["get"],
    validatorUrl: null,
    // A page has one main part, and this is within it.
    onComplete: () => place.querySelectorAll("main").forEach((part) => part.setAttribute("role", "none")),
  });
});
