"""What runs in the cluster's pods. Has no Kubernetes rights and never speaks to the API server."""
