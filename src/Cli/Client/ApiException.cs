namespace Pylon.Cli.Client;

/// <summary>Pylon refused, or could not be reached; the message is for the user.</summary>
internal class ApiException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Nobody answers at the address.</summary>
internal sealed class UnreachableException(string message, Exception inner) : ApiException(message, inner);
