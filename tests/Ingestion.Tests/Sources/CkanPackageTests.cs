using System.Text.Json;
using Pylon.Ingestion.Sources.Neso;

namespace Pylon.Ingestion.Tests.Sources;

public sealed class CkanPackageTests
{
    [Fact]
    public void PackageGivesItsFilesByNameWithTheTimeOfTheirChange()
    {
        var (resources, problem) = CkanBody.ReadPackage(
            """
            {"success":true,"result":{"id":"p","name":"demand","resources":[
              {"id":"1","name":"Demand Data Update","format":"CSV","url":"https://portal/1.csv","last_modified":"2026-03-10T08:30:00.123456","size":null,"datastore_active":true},
              {"id":"2","name":"Definition","format":"DOC","url":"https://portal/2.docx","last_modified":null,"datastore_active":false},
              {"name":"without an id"}]}}
            """);

        Assert.Null(problem);
        Assert.Equal([("1", "Demand Data Update", true), ("2", "Definition", false)], resources.Select(r => (r.Id, r.Name, r.InDatastore)));
        Assert.Equal([new DateTimeOffset(2026, 3, 10, 8, 30, 0, TimeSpan.Zero).AddTicks(1_234_560), null], resources.Select(r => r.LastModified));
    }

    [Theory]
    [InlineData("""{"success":false,"error":{"__type":"Not Found Error","message":"Not found"}}""", "the source says success=false Not Found Error Not found")]
    [InlineData("""{"success":true}""", "the source says success=false")]
    [InlineData("\"Bad request - Action name not known: package_sho\"", "the source says success=false")]
    [InlineData("<html>", "the body is not JSON")]
    public void AnythingElseIsAProblem(string body, string problem) => Assert.Equal(problem, CkanBody.ReadPackage(body).Problem);

    [Fact]
    public void RecordedPackagesAreReadFileByFile()
    {
        var folders = RecordedBodies.Files.Select(Path.GetDirectoryName).Distinct().Where(f => Path.GetFileName(f) == "neso");
        foreach (var file in folders.SelectMany(f => Directory.EnumerateFiles(f!, "package_show*.json")))
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            var (resources, problem) = CkanBody.ReadPackage(File.ReadAllText(file));
            Assert.Equal((null, document.RootElement.GetProperty("result").GetProperty("resources").GetArrayLength()), (problem, resources.Count));
            Assert.All(resources, r => Assert.True(r.LastModified is not null && r.Name.Length > 0 && r.Url.Length > 0, file));
        }
    }
}
