using Grpc.Core;

namespace Pylon.Web.Words;

/// <summary>A field that no service can be asked with: refused in the words of a service.</summary>
internal static class Refusal
{
    public static RpcException Of(string field, string rule) => new(new Status(StatusCode.InvalidArgument, $"{field}: {rule}"));
}
