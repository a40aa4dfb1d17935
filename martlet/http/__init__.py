"""What all doors need to speak HTTP: routes, requests, answers, limits. No rule about posts or people."""
