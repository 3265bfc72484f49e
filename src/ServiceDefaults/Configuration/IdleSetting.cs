namespace Pylon.ServiceDefaults.Configuration;

/// <summary>A setting of a system that Pylon took over which changes nothing here, and why; said at the start when it is set.</summary>
internal sealed record IdleSetting(string Name, string Service, string Reason);
