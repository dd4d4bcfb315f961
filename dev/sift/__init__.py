"""The reference matcher, sift.js, and the comparison with ours. Development only; see `compare`."""
