using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Home;

/// <summary><c>GET /</c> lists the endpoints and what each does; <c>GET /health</c> answers 200.</summary>
internal static class HomeEndpoints
{
    private static readonly (string Endpoint, string Does)[] Endpoints =
    [
        ("GET /health", "200 when the process serves"),
        ("POST /bpp/{discover|select|init|confirm|status|cancel}", "Beckn provider of the compute-energy domain"),
        ("GET|PUT|DELETE /admin/bpp/catalog", "the catalogue served; PUT replaces it, DELETE restores the built-in one"),
        ("GET|PUT /admin/bpp/style", "how the provider answers: {style: sync|async, fresh_message_ids, spelling: snake|camel}"),
        ("GET|POST|DELETE /admin/bpp/faults", "faults on demand; DELETE /admin/bpp/faults/{id} removes one"),
        ("GET|DELETE /admin/bpp/orders", "orders with state, bookings and history; DELETE forgets them"),
        ("GET|DELETE /admin/bpp/requests", "the last 10,000 requests and how each was answered"),
        ("POST /registry/[v2.0/]lookup, GET /registry/dedi/lookup/{subscriber}/subscribers.beckn.one/{key}", "the registry of the Beckn network"),
        ("GET|POST|DELETE /admin/registry/faults", "faults on demand"),
        ("GET|DELETE /admin/registry/requests", "the last 2,000 look-ups"),
        ("POST /admin/registry/rotate", "gives the provider another key under the same id"),
        ("POST /admin/registry/sign", "the provider's Authorization header for exactly the bytes of the body"),
        ("POST /gemini/v1beta/models/{model}:generateContent", "Gemini's REST shape"),
        ("GET|POST|DELETE /admin/gemini/faults", "faults on demand"),
        ("GET|DELETE /admin/gemini/requests", "the last 1,000 prompts"),
        ("POST /ml/api/v1/{predict/{kind}|forecast/7d}, GET /ml/api/v1/health", "the external ML engine of Insights (ML_ENGINE_URL)"),
        ("GET|POST|DELETE /admin/ml/faults", "faults on demand"),
        ("GET|DELETE /admin/ml/requests", "the last 1,000 requests"),
        ("GET|PUT|DELETE /admin/ml/model", "the version of its model: {model_version}"),
        ("POST /rag/api/rag/recommend, GET|PATCH /rag/api/recommendations[/{id}], GET /rag/health", "the external RAG service of Insights (RAG_SERVICE_URL)"),
        ("GET|POST|DELETE /admin/rag/faults", "faults on demand"),
        ("GET|DELETE /admin/rag/requests", "the last 1,000 requests"),
        ("GET /carbon-intensity/...", "the Carbon Intensity API's shapes with made-up values"),
        ("GET /neso/api/3/action/...", "the CKAN of NESO's data portal with made-up values"),
        ("GET /elexon/...", "the Elexon Insights API's shapes with made-up values"),
        ("GET|POST|DELETE /grid/{carbon-intensity|neso|elexon}/faults", "faults on demand"),
        ("GET|DELETE /grid/{carbon-intensity|neso|elexon}/requests", "the last 2,000 requests"),
        ("GET|PUT|DELETE /admin/workers", "the workers that run the phases of workloads: {paused, part_ms}, and their jobs"),
        ("GET|POST|DELETE /admin/workers/faults", "faults on demand"),
    ];

    public static void MapHome(this WebApplication app)
    {
        var instance = app.Configuration["PYLON_INSTANCE"] ?? "";
        app.MapGet("/health", (HttpContext context) =>
        {
            // As the services answer: whoever started this process knows that it is the one that answers.
            if (instance.Length > 0)
                context.Response.Headers["Pylon-Instance"] = instance;
            return Json.Result(new { status = "healthy" });
        });
        app.MapGet("/", () => Json.Result(new { name = "pylon sandbox", endpoints = Endpoints.Select(e => new { endpoint = e.Endpoint, does = e.Does }) }));
    }
}
