"""信用承诺: written promises on the national template, and whether they were kept."""
