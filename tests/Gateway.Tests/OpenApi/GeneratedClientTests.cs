using System.Collections;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;
using Pylon.LocalStack.Machine;
using Pylon.Testing;

namespace Pylon.Gateway.Tests.OpenApi;

/// <summary>A client that a generator makes of the document, as a program of another house has it.</summary>
public sealed class GeneratedClientTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private const string Namespace = "Generated";

    [Fact]
    public async Task AClientThatIsGeneratedFromTheDocumentCompilesAndListsWorkloads()
    {
        var services = Compile(await GenerateAsync());
        var type = services.GetType($"{Namespace}.WorkloadClient")!;
        var list = type.GetMethods().Single(method => method.Name == "ListWorkloadsAsync" && method.GetParameters() is [_, _, _, var last] && last.ParameterType == typeof(CancellationToken));
        var status = services.GetType($"{Namespace}.WorkloadStatus")!;
        var asked = Array.CreateInstance(status, 1);
        asked.SetValue(Enum.Parse(status, "WORKLOAD_STATUS_SCHEDULED"), 0);

        var answer = (Task)list.Invoke(Activator.CreateInstance(type, fixture.Gateway.Http), [7, "", asked, CancellationToken.None])!;
        await answer.Within();

        var page = answer.GetType().GetProperty("Result")!.GetValue(answer)!;
        Assert.Equal("7", Of(page, "Next_page_token"));
        var workload = Assert.Single(((IEnumerable)Of(page, "Workloads")!).Cast<object>());
        Assert.Equal("WORKLOAD_STATUS_SCHEDULED", $"{Of(workload, "Status")}");
    }

    private static async Task<string> GenerateAsync()
    {
        var document = await OpenApiDocument.FromJsonAsync(await File.ReadAllTextAsync(Path.Combine(Checkout.Find().Root, "docs", "openapi.json")));
        return new CSharpClientGenerator(document, new CSharpClientGeneratorSettings
        {
            ClassName = "{controller}Client",
            UseBaseUrl = false,
            CSharpGeneratorSettings = { Namespace = Namespace, JsonLibrary = CSharpJsonLibrary.SystemTextJson },
        }).GenerateFile();
    }

    private static Assembly Compile(string code)
    {
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            Namespace, [CSharpSyntaxTree.ParseText(code)], platform.Select(file => MetadataReference.CreateFromFile(file)), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var assembly = new MemoryStream();
        var compiled = compilation.Emit(assembly);
        Assert.True(compiled.Success, string.Join('\n', compiled.Diagnostics.Where(one => one.Severity == DiagnosticSeverity.Error).Take(10)));
        return Assembly.Load(assembly.ToArray());
    }

    private static object? Of(object message, string property) => message.GetType().GetProperty(property)!.GetValue(message);
}
