namespace Pylon.Rpc;

/// <summary>
/// On the method of a stream that sends response headers of its own before its first message. The headers of every other
/// stream are sent before its method runs.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SendsOwnHeadersAttribute : Attribute;
