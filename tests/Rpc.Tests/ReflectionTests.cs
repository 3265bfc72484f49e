using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Pylon.Testing;

namespace Pylon.Rpc.Tests;

public sealed class ReflectionTests : IAsyncLifetime
{
    private const string WorkloadFile = "pylon/orchestrator/v1/workload_service.proto";
    private TestService _service = null!;

    public async Task InitializeAsync() => _service = await TestService.StartAsync();

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task TheServicesAreListedWithReflectionAndHealth()
    {
        var answer = (await AskAsync(new ServerReflectionRequest { ListServices = "*" })).Single();

        Assert.Equal(
            ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "pylon.orchestrator.v1.WorkloadService"],
            answer.ListServicesResponse.Service.Select(s => s.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("pylon.orchestrator.v1.WorkloadService", WorkloadFile)]
    [InlineData("pylon.orchestrator.v1.WorkloadService.GetWorkload", WorkloadFile)]
    [InlineData("pylon.orchestrator.v1.GetWorkloadRequest", WorkloadFile)]
    [InlineData("pylon.orchestrator.v1.WorkloadStatus", "pylon/orchestrator/v1/workload.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "health.proto")]
    [InlineData("google.protobuf.Timestamp", "google/protobuf/timestamp.proto")]
    public async Task ASymbolLeadsToItsFile(string symbol, string file) =>
        Assert.Equal(file, Files(await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol }))[0].Name);

    [Fact]
    public async Task AFileComesWithAllItsDependenciesAndBuilds()
    {
        var files = Files(await AskAsync(new ServerReflectionRequest { FileByFilename = WorkloadFile }));

        Assert.Equal(WorkloadFile, files[0].Name);
        var names = files.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        Assert.All(files.SelectMany(f => f.Dependency), dependency => Assert.Contains(dependency, names));
        Assert.Contains("google/protobuf/descriptor.proto", names);
    }

    [Fact]
    public async Task OlderClientsAreAnsweredInV1Alpha()
    {
        using var call = new Grpc.Reflection.V1Alpha.ServerReflection.ServerReflectionClient(_service.Invoker).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new Grpc.Reflection.V1Alpha.ServerReflectionRequest { ListServices = "" });

        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Within());
        Assert.Contains("pylon.orchestrator.v1.WorkloadService", call.ResponseStream.Current.ListServicesResponse.Service.Select(s => s.Name));
    }

    [Fact]
    public async Task AnUnknownNameIsNotFoundAndTheStreamGoesOn()
    {
        var answers = await AskAsync(
            new ServerReflectionRequest { FileByFilename = "no.proto" },
            new ServerReflectionRequest { FileContainingSymbol = "no.Such" },
            new ServerReflectionRequest { ListServices = "" });

        Assert.All(answers.Take(2), answer => Assert.Equal((int)StatusCode.NotFound, answer.ErrorResponse.ErrorCode));
        Assert.NotNull(answers[2].ListServicesResponse);
    }

    private static List<FileDescriptorProto> Files(IEnumerable<ServerReflectionResponse> answers) =>
        answers.SelectMany(a => a.FileDescriptorResponse.FileDescriptorProto).Select(FileDescriptorProto.Parser.ParseFrom).ToList();

    private async Task<List<ServerReflectionResponse>> AskAsync(params ServerReflectionRequest[] requests)
    {
        using var call = new ServerReflection.ServerReflectionClient(_service.Invoker).ServerReflectionInfo();
        List<ServerReflectionResponse> answers = [];
        foreach (var request in requests)
        {
            await call.RequestStream.WriteAsync(request);
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Within());
            answers.Add(call.ResponseStream.Current);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None).Within());
        return answers;
    }
}
