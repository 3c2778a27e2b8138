using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.Packaging;

/// <summary>What others can depend on changes only when somebody says so.</summary>
public class PublicApiTests
{
    [Fact]
    public void The_public_members_of_the_library_are_those_that_were_approved() => GeneratedPage.AssertCurrentFile(
        PublicApiText.Of(typeof(InputException).Assembly), "tests", "Meniscus.Tests", "Packaging", "Meniscus.approved.txt");
}
