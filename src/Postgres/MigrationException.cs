namespace Pylon.Postgres;

/// <summary>The database cannot be brought to the state that this program needs; the message names the migration.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
