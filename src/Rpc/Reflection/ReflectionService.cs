using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Pylon.Rpc;

/// <summary>
/// Server reflection v1: how grpcurl and its like learn what is here. A file is answered with those of its
/// dependencies that this stream has not had yet, so that a client needs one question for a service.
/// </summary>
internal sealed class ReflectionService(DescribedServices described) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        HashSet<string> sent = new(StringComparer.Ordinal);
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            var response = Answer(request, described.Index, sent);
            response.ValidHost = request.Host;
            response.OriginalRequest = request;
            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }

    private static ServerReflectionResponse Answer(ServerReflectionRequest request, SymbolIndex index, HashSet<string> sent) => request.MessageRequestCase switch
    {
        ServerReflectionRequest.MessageRequestOneofCase.ListServices => List(index),
        ServerReflectionRequest.MessageRequestOneofCase.FileByFilename => Files(index.File(request.FileByFilename), sent, request.FileByFilename),
        ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol =>
            Files(index.Symbol(request.FileContainingSymbol), sent, request.FileContainingSymbol),
        ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension => Files(
            index.Extension(request.FileContainingExtension.ContainingType, request.FileContainingExtension.ExtensionNumber), sent,
            $"{request.FileContainingExtension.ContainingType}[{request.FileContainingExtension.ExtensionNumber}]"),
        ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType => Numbers(index, request.AllExtensionNumbersOfType),
        _ => Error(StatusCode.InvalidArgument, "The request asks for nothing."),
    };

    private static ServerReflectionResponse List(SymbolIndex index) => new()
    {
        ListServicesResponse = new ListServiceResponse { Service = { index.Services.Select(name => new ServiceResponse { Name = name }) } },
    };

    private static ServerReflectionResponse Numbers(SymbolIndex index, string type) => index.ExtensionNumbers(type) is { } numbers
        ? new() { AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = type, ExtensionNumber = { numbers } } }
        : Error(StatusCode.NotFound, $"There is no message {type}.");

    private static ServerReflectionResponse Files(FileDescriptor? file, HashSet<string> sent, string asked)
    {
        if (file is null) return Error(StatusCode.NotFound, $"There is no {asked}.");
        var response = new FileDescriptorResponse();
        Collect(file, sent, response);
        // Asked for by name it comes again, even if it went before.
        if (response.FileDescriptorProto.Count == 0) response.FileDescriptorProto.Add(file.SerializedData);
        return new() { FileDescriptorResponse = response };
    }

    private static void Collect(FileDescriptor file, HashSet<string> sent, FileDescriptorResponse response)
    {
        if (!sent.Add(file.Name)) return;
        response.FileDescriptorProto.Add(file.SerializedData);
        foreach (var dependency in file.Dependencies) Collect(dependency, sent, response);
    }

    private static ServerReflectionResponse Error(StatusCode code, string message) => new()
    {
        ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message },
    };
}
