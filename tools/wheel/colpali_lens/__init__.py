"""The TypeScript kernel of colpali-lens, with the Node that runs it. Used from notebooks; there is no Python API."""
