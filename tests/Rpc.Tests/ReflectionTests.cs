using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

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
        var answer = (await Ask(new ServerReflectionRequest { ListServices = "*" })).Single();

        Assert.Equal(
            ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "pylon.orchestrator.v1.WorkloadService"],
            answer.ListServicesResponse.Service.Select(s => s.Name));
        Assert.Equal("*", answer.OriginalRequest.ListServices);
    }

    [Theory]
    [InlineData("pylon.orchestrator.v1.WorkloadService", WorkloadFile)]
    [InlineData("pylon.orchestrator.v1.WorkloadService.GetWorkload", WorkloadFile)]
    [InlineData("pylon.orchestrator.v1.GetWorkloadRequest", WorkloadFile)]
    [InlineData("pylon.orchestrator.v1.GetWorkloadRequest.id", WorkloadFile)]
    [InlineData("pylon.orchestrator.v1.WorkloadStatus", "pylon/orchestrator/v1/workload.proto")]
    [InlineData("pylon.orchestrator.v1.WORKLOAD_STATUS_QUEUED", "pylon/orchestrator/v1/workload.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.SERVING", "grpc/health/v1/health.proto")]
    [InlineData("grpc.reflection.v1.ServerReflectionRequest.message_request", "grpc/reflection/v1/reflection.proto")]
    [InlineData("google.api.http", "google/api/annotations.proto")]
    [InlineData("google.protobuf.Timestamp", "google/protobuf/timestamp.proto")]
    public async Task ASymbolLeadsToItsFile(string symbol, string file) =>
        Assert.Equal(file, Files(await Ask(new ServerReflectionRequest { FileContainingSymbol = symbol }))[0].Name);

    [Fact]
    public async Task AFileComesWithAllItsDependenciesAndBuilds()
    {
        var files = Files(await Ask(new ServerReflectionRequest { FileByFilename = WorkloadFile }));

        Assert.Equal(WorkloadFile, files[0].Name);
        var names = files.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        Assert.All(files.SelectMany(f => f.Dependency), dependency => Assert.Contains(dependency, names));
        Assert.Contains("google/protobuf/descriptor.proto", names);
    }

    [Fact]
    public async Task AStreamHasEachFileOnceUnlessItIsAskedForByName()
    {
        var answers = await Ask(
            new ServerReflectionRequest { FileByFilename = "pylon/orchestrator/v1/workload.proto" },
            new ServerReflectionRequest { FileByFilename = WorkloadFile },
            new ServerReflectionRequest { FileByFilename = WorkloadFile });

        Assert.DoesNotContain("pylon/orchestrator/v1/workload.proto", Files([answers[1]]).Select(f => f.Name));
        Assert.Equal([WorkloadFile], Files([answers[2]]).Select(f => f.Name));
    }

    [Fact]
    public async Task TheHttpAnnotationIsFoundAsAnExtension()
    {
        var request = new ServerReflectionRequest
        {
            FileContainingExtension = new ExtensionRequest { ContainingType = "google.protobuf.MethodOptions", ExtensionNumber = 72295728 },
        };

        Assert.Equal("google/api/annotations.proto", Files(await Ask(request))[0].Name);
    }

    [Fact]
    public async Task TheExtensionNumbersOfAMessageAreListed()
    {
        var answers = await Ask(
            new ServerReflectionRequest { AllExtensionNumbersOfType = "google.protobuf.MethodOptions" },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "pylon.orchestrator.v1.Workload" });

        Assert.Equal([72295728], answers[0].AllExtensionNumbersResponse.ExtensionNumber);
        Assert.Equal("google.protobuf.MethodOptions", answers[0].AllExtensionNumbersResponse.BaseTypeName);
        Assert.Empty(answers[1].AllExtensionNumbersResponse.ExtensionNumber);
    }

    [Fact]
    public async Task WhatIsNotHereIsNotFoundAndTheStreamGoesOn()
    {
        var answers = await Ask(
            new ServerReflectionRequest { FileByFilename = "no.proto" },
            new ServerReflectionRequest { FileContainingSymbol = "no.Such" },
            new ServerReflectionRequest { FileContainingExtension = new ExtensionRequest { ContainingType = "no.Such", ExtensionNumber = 1 } },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "no.Such" },
            new ServerReflectionRequest());

        Assert.All(answers.Take(4), answer => Assert.Equal((int)StatusCode.NotFound, answer.ErrorResponse.ErrorCode));
        Assert.Equal((int)StatusCode.InvalidArgument, answers[4].ErrorResponse.ErrorCode);
    }

    private static List<FileDescriptorProto> Files(IEnumerable<ServerReflectionResponse> answers) =>
        answers.SelectMany(a => a.FileDescriptorResponse.FileDescriptorProto).Select(FileDescriptorProto.Parser.ParseFrom).ToList();

    private async Task<List<ServerReflectionResponse>> Ask(params ServerReflectionRequest[] requests)
    {
        using var call = new ServerReflection.ServerReflectionClient(_service.Invoker).ServerReflectionInfo();
        List<ServerReflectionResponse> answers = [];
        foreach (var request in requests)
        {
            await call.RequestStream.WriteAsync(request);
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            answers.Add(call.ResponseStream.Current);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
        return answers;
    }
}
