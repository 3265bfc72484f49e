using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Bpp.Callbacks;
using Pylon.Sandbox.Bpp.Catalogs;
using Pylon.Sandbox.Bpp.Orders;
using Pylon.Sandbox.Bpp.Protocol;
using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp;

/// <summary>The admin endpoints of the provider, for tests and the local stack.</summary>
internal static class BppAdmin
{
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(2);

    public static void MapBppAdmin(this WebApplication app)
    {
        var admin = app.MapGroup("/admin/bpp");
        admin.MapGet("/catalog", (CatalogStore catalogs) => Json.Result(Describe(catalogs, withCatalogs: true)));
        admin.MapPut("/catalog", async (HttpContext http, CatalogStore catalogs) =>
        {
            catalogs.Replace(CatalogFiles.Read(await Json.ReadBodyAsync(http)));
            return Json.Result(Describe(catalogs, withCatalogs: false));
        });
        admin.MapDelete("/catalog", (CatalogStore catalogs) =>
        {
            catalogs.Restore();
            return Json.Result(Describe(catalogs, withCatalogs: false));
        });
        admin.MapGet("/style", (CurrentStyle style) => style.Value.Describe());
        admin.MapPut("/style", async (HttpContext http, CurrentStyle style) =>
        {
            style.Value = style.Value.With(await Json.ReadObjectAsync(http));
            return style.Value.Describe();
        });
        admin.MapGet("/orders", (string? id, string? state, string? workload_id, string? transaction_id, OrderBook orders) => Json.Result(orders.List(o =>
            (id is null || o.Id == id)
            && (state is null || o.State == state)
            && (workload_id is null || o.WorkloadId == workload_id)
            && (transaction_id is null || o.TransactionId == transaction_id))));
        admin.MapClear("/orders", app.Services.GetRequiredService<OrderBook>().Clear);
        var requests = app.Services.GetRequiredService<RecentRequests<RequestRecord>>();
        admin.MapGet("/requests", (string? action, string? transaction_id, string? order_id) => RequestEndpoints.List([.. requests.List().Where(r =>
            (action is null || r.Action == action)
            && (transaction_id is null || r.TransactionId == transaction_id)
            && (order_id is null || r.OrderId == order_id))]));
        admin.MapClear("/requests", requests.Clear);
        admin.MapFaults("/faults", app.Services.GetRequiredService<FaultBoard>(), FaultKinds.All, Actions.All, DefaultDelay);
    }

    private static JObject Describe(CatalogStore catalogs, bool withCatalogs)
    {
        var served = catalogs.Current();
        var about = new JObject
        {
            ["built_in"] = catalogs.IsBuiltIn,
            ["catalog_count"] = served.Count,
            ["item_count"] = served.Sum(c => ((JArray)c["beckn:items"]!).Count),
        };
        if (withCatalogs)
            about["catalogs"] = served.DeepClone();
        return about;
    }
}
