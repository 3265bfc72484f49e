using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Bpp.Protocol;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp.Catalogs;

/// <summary>The current catalogue. Callers clone what they change.</summary>
internal sealed class CatalogStore(BppOptions options, TimeProvider time)
{
    private volatile JArray? _replacement = options.Catalog is null ? null : CatalogFiles.Load(options.Catalog);
    private volatile Tuple<long, JArray>? _builtIn;

    public bool IsBuiltIn => _replacement is null;

    public void Replace(JArray catalogs) => _replacement = catalogs;

    public void Restore() => _replacement = null;

    public JArray Current() => _replacement ?? BuiltInNow();

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
        if (_builtIn is { } known && known.Item1 == hour)
            return known.Item2;
        var made = BuiltInCatalog.For(now, options.BppId);
        _builtIn = Tuple.Create(hour, made);
        return made;
    }
}
