namespace ContextPool.Leasing;

/// <summary>Whose visits may share a context: cookies, storage and cache pass between leases of the same key and to nobody else.</summary>
/// <param name="Owner">Who the visitor is: a crawl, a session, a customer.</param>
/// <param name="Target">Whom the visitor sees: a site. A tab that is navigated again within one site is twice as cheap as a new one.</param>
/// <remarks>Contexts of another <see cref="Browsers.ContextProfile"/> are never shared, whatever the key.</remarks>
public sealed record ContextKey(string Owner, string Target);
