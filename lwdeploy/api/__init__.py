"""HTTP to the tenant: authentication, pacing, retries, pages. The only home of httpx and jwt.

Nothing of the HTTP library gets out of here, neither its types nor its errors. `lwdeploy.api.call` can be
imported without it; `lwdeploy.api.client` is the door.
"""
