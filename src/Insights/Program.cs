using Pylon.Insights.Dashboard;
using Pylon.Insights.Engines;
using Pylon.Messaging;
using Pylon.Postgres;
using Pylon.ServiceDefaults;

namespace Pylon.Insights;

internal static class Program
{
    private const string Schema = "insights";

    public static Task<int> Main(string[] args) => Defaults.RunServiceAsync(() => Build(args));

    /// <summary>The whole service; <paramref name="configure"/> lets a test bring its own parts.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults("insights", defaultGrpcPort: 5104, defaultHttpPort: 5204);
        builder.Services
            .AddPostgres(builder.Configuration, Schema)
            .AddMigrations(typeof(Program).Assembly, Schema)
            .AddEventStream(builder.Configuration)
            .AddOutboxRelay(Schema, "pylon/insights")
            .AddEngines()
            .AddDashboard();

        var app = builder.Build();
        app.MapGrpcService<EmissionService>();
        app.MapServiceDefaults(V1.EmissionService.Descriptor);
        return app;
    }
}
