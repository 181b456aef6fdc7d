namespace Keyward.Vault.Policies.Documents;

/// <summary>The policy of a key that nobody put one on: everything is delegated to its account, which is Google's
/// inheritance in AWS's words. Shown, never stored.</summary>
public static class DefaultKeyPolicy
{
    public static string TextFor(string account) => $$"""
        {
          "Version" : "2012-10-17",
          "Id" : "key-default-1",
          "Statement" : [ {
            "Sid" : "Enable IAM User Permissions",
            "Effect" : "Allow",
            "Principal" : {
              "AWS" : "arn:aws:iam::{{account}}:root"
            },
            "Action" : "kms:*",
            "Resource" : "*"
          } ]
        }
        """.ReplaceLineEndings("\n");
}
