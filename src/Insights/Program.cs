using Pylon.Insights.Alerts;
using Pylon.Insights.Audit;
using Pylon.Insights.Baselines;
using Pylon.Insights.Dashboard;
using Pylon.Insights.EngineCache;
using Pylon.Insights.Engines;
using Pylon.Insights.Hotspots;
using Pylon.Insights.Imports;
using Pylon.Insights.Intensity;
using Pylon.Insights.Models;
using Pylon.Insights.Outcomes;
using Pylon.Insights.Phases;
using Pylon.Insights.Predictions;
using Pylon.Insights.Recommendations;
using Pylon.Insights.Recording;
using Pylon.Insights.Shifts;
using Pylon.Insights.Silences;
using Pylon.Insights.Simulation;
using Pylon.Insights.Webhooks;
using Pylon.Messaging;
using Pylon.Postgres;
using Pylon.ServiceDefaults;

namespace Pylon.Insights;

internal static class Program
{
    private const string Schema = "insights";

    public static Task<int> Main(string[] args) => Defaults.RunServiceAsync(() => Build(args), instead: PostgresFeature.MigrateOnly(args));

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
            .AddPhases()
            .AddAudit()
            .AddAlerts()
            .AddSilences()
            .AddWebhooks()
            .AddBaselines()
            .AddHotspots()
            .AddRecommendations()
            .AddOutcomes()
            .AddShifts()
            .AddDashboard();

        var app = builder.Build();
        app.MapGrpcService<EventService>();
        app.MapGrpcService<ShipmentImportService>();
        app.MapGrpcService<PredictionService>();
        app.MapGrpcService<SimulationService>();
        app.MapGrpcService<HotspotService>();
        app.MapGrpcService<AlertService>();
        app.MapGrpcService<SilenceService>();
        app.MapGrpcService<NoticeService>();
        app.MapGrpcService<RecommendationService>();
        app.MapGrpcService<ShiftService>();
        app.MapGrpcService<EmissionService>();
        app.MapGrpcService<AuditLogService>();
        app.MapServiceDefaults(
            V1.EventService.Descriptor,
            V1.ShipmentImportService.Descriptor,
            V1.PredictionService.Descriptor,
            V1.SimulationService.Descriptor,
            V1.HotspotService.Descriptor,
            V1.AlertService.Descriptor,
            V1.SilenceService.Descriptor,
            V1.NoticeService.Descriptor,
            V1.RecommendationService.Descriptor,
            V1.ShiftService.Descriptor,
            V1.EmissionService.Descriptor,
            V1.AuditLogService.Descriptor);
        return app;
    }
}
