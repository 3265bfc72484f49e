namespace Pylon.ServiceDefaults.Configuration;

/// <summary>A setting of a replaced system that changes nothing here, and why; logged at the start when it is set.</summary>
/// <param name="Unless">A setting and the value, in any case, with which it has an effect.</param>
internal sealed record IdleSetting(string Name, string Service, string Reason, (string Key, string Value)? Unless = null);
