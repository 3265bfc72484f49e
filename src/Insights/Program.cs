using Pylon.Insights.Baselines;
using Pylon.Insights.Dashboard;
using Pylon.Insights.EngineCache;
using Pylon.Insights.Engines;
using Pylon.Insights.Hotspots;
using Pylon.Insights.Intensity;
using Pylon.Insights.Models;
using Pylon.Insights.Outcomes;
using Pylon.Insights.Predictions;
using Pylon.Insights.Recommendations;
using Pylon.Insights.Simulation;
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
            .AddEngineCache()
            .AddIntensity()
            .AddModels()
            .AddSimulation()
            .AddBaselines()
            .AddHotspots()
            .AddRecommendations()
            .AddOutcomes()
            .AddDashboard();

        var app = builder.Build();
        app.MapGrpcService<PredictionService>();
        app.MapGrpcService<SimulationService>();
        app.MapGrpcService<HotspotService>();
        app.MapGrpcService<RecommendationService>();
        app.MapGrpcService<EmissionService>();
        app.MapServiceDefaults(
            V1.PredictionService.Descriptor,
            V1.SimulationService.Descriptor,
            V1.HotspotService.Descriptor,
            V1.RecommendationService.Descriptor,
            V1.EmissionService.Descriptor);
        return app;
    }
}
