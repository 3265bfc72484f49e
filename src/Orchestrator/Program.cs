using Pylon.Messaging;
using Pylon.Orchestrator.Api;
using Pylon.Orchestrator.Audit;
using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Constraints;
using Pylon.Orchestrator.Decisions;
using Pylon.Orchestrator.Flow;
using Pylon.Orchestrator.GridNow;
using Pylon.Orchestrator.Keys;
using Pylon.Orchestrator.Llm;
using Pylon.Orchestrator.Outcomes;
using Pylon.Orchestrator.Planning;
using Pylon.Orchestrator.Recommendations;
using Pylon.Orchestrator.Registry;
using Pylon.Orchestrator.Retention;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.Shifts;
using Pylon.Orchestrator.Signatures;
using Pylon.Orchestrator.Stress;
using Pylon.Orchestrator.Summaries;
using Pylon.Orchestrator.Workloads;
using Pylon.Orchestrator.World;
using Pylon.Postgres;
using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator;

internal static class Program
{
    private const string Schema = "orchestrator";

    public static Task<int> Main(string[] args) => Defaults.RunServiceAsync(() => Build(args), instead: PostgresFeature.MigrateOnly(args));

    /// <summary>The whole service; <paramref name="configure"/> lets a test bring its own parts.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults("orchestrator", defaultGrpcPort: 5102, defaultHttpPort: 5202);
        builder.Services
            .AddPostgres(builder.Configuration, Schema, hasOwner: true)
            .AddMigrations(typeof(Program).Assembly, Schema)
            .AddEventStream(builder.Configuration)
            .AddOutboxRelay(Schema, "pylon/orchestrator")
            .AddKeys()
            .AddWorkloads()
            .AddSignatures()
            .AddBeckn()
            .AddLlm()
            .AddSummaries()
            .AddRecommendations()
            .AddConstraints()
            .AddFlow()
            .AddRuns()
            .AddOutcomes()
            .AddShifts()
            .AddAudit()
            .AddGridStress()
            .AddDecisions()
            .AddRetention()
            .AddPlanning()
            .AddGridNow()
            .AddRegistry()
            .AddSyntheticWorld()
            .AddSingleton<WorkloadReader>();

        var app = builder.Build();
        app.MapGrpcService<WorkloadService>();
        app.MapGrpcService<BecknService>();
        app.MapGrpcService<RegistryService>();
        app.MapGrpcService<PlanningService>();
        app.MapGrpcService<DecisionService>();
        app.MapGrpcService<AuditService>();
        app.MapGrpcService<SyntheticWorldService>();
        app.MapGrpcService<KeyService>();
        app.MapServiceDefaults(
            V1.WorkloadService.Descriptor,
            V1.BecknService.Descriptor,
            V1.RegistryService.Descriptor,
            V1.PlanningService.Descriptor,
            V1.DecisionService.Descriptor,
            V1.AuditService.Descriptor,
            V1.SyntheticWorldService.Descriptor,
            V1.KeyService.Descriptor);
        return app;
    }
}
