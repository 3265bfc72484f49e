using Pylon.Messaging;
using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Flow;
using Pylon.Orchestrator.Registry;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.Summaries;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using Pylon.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("orchestrator", defaultGrpcPort: 5102, defaultHttpPort: 5202);
builder.Services.AddPostgres(builder.Configuration, "orchestrator");
builder.Services.AddMigrations(typeof(Program).Assembly, "orchestrator");
builder.Services.AddEventStream(builder.Configuration);
builder.Services.AddOutboxRelay("orchestrator", "pylon/orchestrator");
builder.Services.AddWorkloads();
builder.Services.AddBeckn();
builder.Services.AddSummaries();
builder.Services.AddFlow();
builder.Services.AddRuns();

var app = builder.Build();
app.MapGrpcService<WorkloadService>();
app.MapGrpcService<BecknService>();
app.MapGrpcService<RegistryService>();
app.MapServiceDefaults(
    Pylon.Orchestrator.V1.WorkloadService.Descriptor,
    Pylon.Orchestrator.V1.BecknService.Descriptor,
    Pylon.Orchestrator.V1.RegistryService.Descriptor);
return await app.RunServiceAsync();
