using Grpc.Core;

namespace Pylon.Access;

/// <summary>Where a handler finds the caller.</summary>
public static class CallerContext
{
    private static readonly object Key = new();

    /// <summary>The caller of this call. The interceptor of every service puts it there before the handler runs.</summary>
    /// <exception cref="InvalidOperationException">No interceptor ran: the call must not be served.</exception>
    public static Caller Caller(this ServerCallContext context) =>
        context.UserState.TryGetValue(Key, out var caller)
            ? (Caller)caller
            : throw new InvalidOperationException($"{context.Method} has no caller.");

    /// <summary>For the interceptor, and for tests that call a handler.</summary>
    public static void SetCaller(this ServerCallContext context, Caller caller) => context.UserState[Key] = caller;
}
