namespace Pylon.ServiceDefaults.Configuration;

/// <summary>A setting of a replaced system that changes nothing here, and why; logged at the start when it is set.</summary>
internal sealed record IdleSetting(string Name, string Service, string Reason);
