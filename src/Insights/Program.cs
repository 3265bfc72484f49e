using Pylon.Insights.EngineCache;
using Pylon.Insights.Engines;
using Pylon.Insights.Imports;
using Pylon.Insights.Intensity;
using Pylon.Insights.Models;
using Pylon.Insights.Phases;
using Pylon.Insights.Predictions;
using Pylon.Insights.Recording;
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
            .AddRecording()
            .AddImports()
            .AddPhases();

        var app = builder.Build();
        app.MapGrpcService<PredictionService>();
        app.MapGrpcService<SimulationService>();
        app.MapGrpcService<EventService>();
        app.MapGrpcService<ShipmentImportService>();
        app.MapServiceDefaults(
            V1.PredictionService.Descriptor,
            V1.SimulationService.Descriptor,
            V1.EventService.Descriptor,
            V1.ShipmentImportService.Descriptor);
        return app;
    }
}
