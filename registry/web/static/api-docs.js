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
  });
});
