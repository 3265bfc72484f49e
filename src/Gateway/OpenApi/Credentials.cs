using Microsoft.OpenApi;
using Pylon.Access;

namespace Pylon.Gateway.OpenApi;

/// <summary>How a caller says who it is, and the scope that an operation needs.</summary>
internal sealed class Credentials
{
    private const string Key = "key";
    private const string Token = "token";

    private readonly OpenApiDocument _document;

    public Credentials(OpenApiDocument document)
    {
        _document = document;
        document.AddComponent<IOpenApiSecurityScheme>(Key, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = Callers.Credential.KeyHeader,
            Description = "A key, `pyl_…`, made with `POST /api/v1/keys` or `pylon keys create`. A local stack asks for none unless it was started with `PYLON_ACCESS=keys`.",
        });
        document.AddComponent<IOpenApiSecurityScheme>(Token, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "A token of the identity provider that the gateway trusts: RS256 or ES256, its claim `scope` with the scopes, and `tenant` or `operator_id` with the operator. A key is taken here too.",
        });
    }

    /// <summary>What a rule asks for; null for nothing.</summary>
    public IList<OpenApiSecurityRequirement>? Of(ScopeRule rule)
    {
        if (rule == ScopeRule.Public)
            return null;
        IEnumerable<List<string>> ways = rule.Scopes.Count == 0 ? [[]] : rule.Scopes.Select(scope => new List<string> { scope.Name });
        return [.. ways.SelectMany(scopes => new[] { Key, Token }.Select(scheme => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, _document)] = scopes }))];
    }
}
