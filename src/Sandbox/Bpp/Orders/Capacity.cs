using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp.Orders;

/// <summary>Booked MW per item and day. Not thread-safe: the order book's lock guards it.</summary>
internal sealed class Capacity
{
    private readonly Dictionary<(string Item, DateTimeOffset Start), decimal> _held = [];

    /// <summary>Free MW of the item in the slot; null when the catalogue gives no capacity.</summary>
    public decimal? Free(JObject item, Slot slot) =>
        Json.Number(Parameters(item), "availableCapacity") - _held.GetValueOrDefault((Json.Text(item, "beckn:id")!, slot.Start));

    public void Hold(string itemId, Slot slot, decimal megawatts) => Change(itemId, slot, megawatts);

    public void GiveBack(string itemId, Slot slot, decimal megawatts) => Change(itemId, slot, -megawatts);

    public void Clear() => _held.Clear();

    /// <summary>Writes the free MW into an item of an answer.</summary>
    public void Show(JObject item, DateTimeOffset now)
    {
        var slot = Slot.Next(item, now);
        if (_held.ContainsKey((Json.Text(item, "beckn:id")!, slot.Start)) && Free(item, slot) is { } free)
            Parameters(item)!["availableCapacity"] = free;
    }

    /// <summary>The load of an order, in MW; 0 when it gives none.</summary>
    public static decimal Load(JObject order)
    {
        var delivery = (order["beckn:fulfillment"] as JObject)?["beckn:deliveryAttributes"];
        var load = Json.Number(delivery, "beckn:computeLoad") ?? 0;
        var unit = Json.Text(delivery, "beckn:computeLoadUnit") ?? "MW";
        return Math.Clamp(load, 0, 1_000_000) * (unit.ToLowerInvariant() switch { "kw" => 0.001m, "gw" => 1000m, _ => 1m });
    }

    private void Change(string itemId, Slot slot, decimal megawatts)
    {
        var key = (itemId, slot.Start);
        var now = _held.GetValueOrDefault(key) + megawatts;
        if (now > 0)
            _held[key] = now;
        else
            _held.Remove(key);
    }

    private static JObject? Parameters(JObject item) =>
        (item["beckn:itemAttributes"] as JObject)?["beckn:capacityParameters"] as JObject;
}
