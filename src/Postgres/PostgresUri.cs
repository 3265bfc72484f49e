using Npgsql;

namespace Pylon.Postgres;

/// <summary>
/// Reads where PostgreSQL is: a libpq URI, which psql takes too (<c>postgresql://user:pw@host:port/db?sslmode=require</c>,
/// several hosts with commas, a socket directory as <c>?host=/run/postgresql</c>), or Npgsql's own <c>Host=…;Database=…</c>.
/// Two parameters are not of libpq: <c>max_auto_prepare</c> and <c>no_reset_on_close</c>, for a pooler before the server.
/// </summary>
public static class PostgresUri
{
    private static readonly string[] Schemes = ["postgresql://", "postgres://"];

    /// <exception cref="FormatException">The text is neither, or has a parameter that we cannot honour.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var scheme = Array.Find(Schemes, text.StartsWith);
        if (scheme is null)
            return ParseKeywords(text);

        var result = new NpgsqlConnectionStringBuilder();
        var (address, query) = Cut(text[scheme.Length..], '?');
        var (authority, database) = Cut(address, '/');
        var at = authority.LastIndexOf('@');
        if (at >= 0)
            ReadUser(result, authority[..at]);
        ReadHosts(result, authority[(at + 1)..]);
        if (database.Length > 0)
            result.Database = Uri.UnescapeDataString(database);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(pair, '=');
            ReadParameter(result, name, Uri.UnescapeDataString(value));
        }

        return result;
    }

    private static NpgsqlConnectionStringBuilder ParseKeywords(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"must be a URI like postgresql://user@host:5432/database or Npgsql's keywords: {e.Message}", e);
        }
    }

    private static void ReadUser(NpgsqlConnectionStringBuilder result, string text)
    {
        var (user, password) = Cut(text, ':');
        result.Username = Uri.UnescapeDataString(user);
        if (password.Length > 0)
            result.Password = Uri.UnescapeDataString(password);
    }

    private static void ReadHosts(NpgsqlConnectionStringBuilder result, string text)
    {
        if (text.Contains(','))
        {
            result.Host = text;
            return;
        }

        var colon = text.LastIndexOf(':');
        var hasPort = colon >= 0 && colon > text.LastIndexOf(']');
        var host = hasPort ? text[..colon] : text;
        result.Host = host.Length == 0 ? "localhost" : Uri.UnescapeDataString(host.Trim('[', ']'));
        if (hasPort)
            result.Port = ReadNumber("port", text[(colon + 1)..]);
    }

    private static void ReadParameter(NpgsqlConnectionStringBuilder result, string name, string value)
    {
        switch (name)
        {
            case "host": result.Host = value; break;
            case "port": result.Port = ReadNumber(name, value); break;
            case "dbname": result.Database = value; break;
            case "user": result.Username = value; break;
            case "password": result.Password = value; break;
            case "sslmode": result.SslMode = ReadSslMode(value); break;
            case "sslrootcert": result.RootCertificate = value; break;
            case "sslcert": result.SslCertificate = value; break;
            case "sslkey": result.SslKey = value; break;
            case "application_name": result.ApplicationName = value; break;
            case "connect_timeout": result.Timeout = ReadNumber(name, value); break;
            case "options": result.Options = value; break;
            case "max_auto_prepare": result.MaxAutoPrepare = ReadNumber(name, value); break;
            case "no_reset_on_close": result.NoResetOnClose = ReadSwitch(name, value); break;
            case "target_session_attrs": result.TargetSessionAttributes = value; break;
            default: throw new FormatException($"the parameter {name} is not supported");
        }
    }

    private static SslMode ReadSslMode(string value) =>
        Enum.TryParse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode)
            ? mode
            : throw new FormatException("sslmode must be disable, allow, prefer, require, verify-ca or verify-full");

    private static int ReadNumber(string name, string value) =>
        int.TryParse(value, out var number) && number is >= 0 and <= 65535
            ? number
            : throw new FormatException($"{name} must be a number from 0 to 65535");

    private static bool ReadSwitch(string name, string value) =>
        bool.TryParse(value, out var isOn) ? isOn : throw new FormatException($"{name} must be true or false");

    private static (string Before, string After) Cut(string text, char at)
    {
        var i = text.IndexOf(at);
        return i < 0 ? (text, "") : (text[..i], text[(i + 1)..]);
    }
}
