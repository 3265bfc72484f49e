namespace Pylon.Access;

/// <summary>What a caller needs for an rpc or an endpoint.</summary>
public sealed class ScopeRule
{
    private const string InternalName = "internal";
    private readonly Func<Caller?, bool> _allows;

    private ScopeRule(string text, IReadOnlyList<Scope> scopes, Func<Caller?, bool> allows) => (Text, Scopes, _allows) = (text, scopes, allows);

    /// <summary>Nothing: also for who shows no key.</summary>
    public static ScopeRule Public { get; } = new("public", [], _ => true);

    /// <summary>A good key or token with any scope.</summary>
    public static ScopeRule AnyCaller { get; } = new("any", [], caller => caller is not null);

    /// <summary>To be a service of Pylon.</summary>
    public static ScopeRule Internal { get; } = new(InternalName, [], caller => caller is { IsInternal: true });

    /// <summary>As in the contract: scopes with spaces between, or internal.</summary>
    public string Text { get; }

    /// <summary>Each of them is enough; empty for the rules that name none.</summary>
    public IReadOnlyList<Scope> Scopes { get; }

    /// <summary>One of these scopes.</summary>
    public static ScopeRule OneOf(params IReadOnlyList<Scope> scopes) =>
        new(string.Join(' ', scopes), scopes, caller => caller is not null && scopes.Any(caller.Scopes.Contains));

    /// <summary>Reads the option of an rpc.</summary>
    /// <exception cref="FormatException">It names no scope, or one that is not in the list.</exception>
    public static ScopeRule Parse(string text)
    {
        if (text == InternalName)
            return Internal;
        var scopes = text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(name => Scope.TryParse(name, out var scope) ? scope : throw new FormatException($"'{name}' must be one of {string.Join(", ", Scope.All)}, or {InternalName}"))
            .ToList();
        return scopes.Count > 0 ? OneOf(scopes) : throw new FormatException("a scope is missing");
    }

    /// <summary>Whether this caller may; null is one without a key.</summary>
    public bool Allows(Caller? caller) => _allows(caller);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
