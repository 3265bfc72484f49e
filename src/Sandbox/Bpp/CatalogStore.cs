using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Bpp;

/// <summary>The catalogue that is served now. What is handed out is read only: callers clone what they change.</summary>
internal sealed class CatalogStore(BppOptions options, TimeProvider time)
{
    private volatile JArray? replacement = options.Catalog is null ? null : CatalogFiles.Load(options.Catalog);
    private volatile Tuple<long, JArray>? builtIn;

    public bool IsBuiltIn => replacement is null;

    public void Replace(JArray catalogs) => replacement = catalogs;

    public void Restore() => replacement = null;

    public JArray Current() => replacement ?? BuiltInNow();

    public JObject? FindItem(string id) =>
        Current().SelectMany(c => (JArray)c["beckn:items"]!).OfType<JObject>().FirstOrDefault(i => Json.Text(i, "beckn:id") == id);

    public IEnumerable<JObject> OffersOf(string itemId) =>
        Current().SelectMany(c => c["beckn:offers"] as JArray ?? []).OfType<JObject>().Where(o => IsFor(o, itemId));

    public static bool IsFor(JToken offer, string itemId) =>
        (offer as JObject)?["beckn:items"] is JArray items && items.Any(i => i is JValue { Value: string id } && id == itemId);

    private JArray BuiltInNow()
    {
        var now = time.GetUtcNow();
        var hour = now.UtcTicks / TimeSpan.TicksPerHour;
        if (builtIn is { } known && known.Item1 == hour)
            return known.Item2;
        var made = BuiltInCatalog.For(now, options.BppId);
        builtIn = Tuple.Create(hour, made);
        return made;
    }
}
