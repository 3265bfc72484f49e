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
        MapCatalog(app, app.Services.GetRequiredService<CatalogStore>());
        MapStyle(app, app.Services.GetRequiredService<CurrentStyle>());
        MapOrders(app, app.Services.GetRequiredService<OrderBook>());
        MapRequests(app, app.Services.GetRequiredService<RequestLog>());
        app.MapFaults("/admin/bpp/faults", app.Services.GetRequiredService<BppFaults>(), FaultKinds.All, Actions.All, DefaultDelay);
    }

    private static void MapCatalog(WebApplication app, CatalogStore catalogs)
    {
        const string path = "/admin/bpp/catalog";
        app.MapGet(path, () => Json.Result(Describe(catalogs, withCatalogs: true)));
        app.MapPut(path, async (HttpContext http) =>
        {
            catalogs.Replace(CatalogFiles.Read(await Json.ReadBodyAsync(http)));
            return Json.Result(Describe(catalogs, withCatalogs: false));
        });
        app.MapDelete(path, () =>
        {
            catalogs.Restore();
            return Json.Result(Describe(catalogs, withCatalogs: false));
        });
    }

    private static void MapStyle(WebApplication app, CurrentStyle style)
    {
        const string path = "/admin/bpp/style";
        app.MapGet(path, () => style.Value.Describe());
        app.MapPut(path, async (HttpContext http) =>
        {
            style.Value = style.Value.With(await Json.ReadObjectAsync(http));
            return style.Value.Describe();
        });
    }

    private static void MapOrders(WebApplication app, OrderBook orders)
    {
        const string path = "/admin/bpp/orders";
        app.MapGet(path, (string? id, string? state, string? workload_id, string? transaction_id) => Json.Result(orders.List(o =>
            (id is null || o.Id == id)
            && (state is null || o.State == state)
            && (workload_id is null || o.WorkloadId == workload_id)
            && (transaction_id is null || o.TransactionId == transaction_id))));
        app.MapClear(path, orders.Clear);
    }

    private static void MapRequests(WebApplication app, RequestLog requests)
    {
        const string path = "/admin/bpp/requests";
        app.MapGet(path, (string? action, string? transaction_id, string? order_id) => RequestEndpoints.List([.. requests.List().Where(r =>
            (action is null || r.Action == action)
            && (transaction_id is null || r.TransactionId == transaction_id)
            && (order_id is null || r.OrderId == order_id))]));
        app.MapClear(path, requests.Clear);
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
