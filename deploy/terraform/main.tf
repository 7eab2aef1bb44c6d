# The bot's IAM role with the policy of ../iam-policy.json, for its ServiceAccount: by EKS Pod Identity, or by IRSA.
#   terraform init && terraform apply -var cluster=payments-prod
# With IRSA give the chart the output: --set aws.roleArn=…; Pod Identity needs nothing more than its agent add-on.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.33"
    }
  }
}

variable "cluster" {
  description = "The cluster's name in EKS."
  type        = string
}

variable "identity" {
  description = "How the Pod proves who it is: pod-identity or irsa."
  type        = string
  default     = "pod-identity"
  validation {
    condition     = contains(["pod-identity", "irsa"], var.identity)
    error_message = "It is pod-identity or irsa."
  }
}

variable "namespace" {
  description = "The namespace that the bot is installed in."
  type        = string
  default     = "cilium-bot"
}

variable "service_account" {
  description = "The bot's ServiceAccount."
  type        = string
  default     = "cilium-bot"
}

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

data "aws_eks_cluster" "this" {
  name = var.cluster
}

locals {
  # The provider of this issuer must be there already: IRSA needs it for every ServiceAccount of the cluster.
  issuer   = trimprefix(data.aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")
  provider = "arn:${data.aws_partition.this.partition}:iam::${data.aws_caller_identity.this.account_id}:oidc-provider/${local.issuer}"
  trust = {
    pod-identity = {
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } }
    }
    irsa = {
      Effect    = "Allow"
      Principal = { Federated = local.provider }
      Action    = ["sts:AssumeRoleWithWebIdentity"]
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = "system:serviceaccount:${var.namespace}:${var.service_account}"
        }
      }
    }
  }
}

resource "aws_iam_role" "this" {
  name               = substr("cilium-bot-${var.cluster}", 0, 64)
  description        = "cilium-bot reads the network of EKS cluster ${var.cluster}."
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [local.trust[var.identity]] })
}

resource "aws_iam_role_policy" "this" {
  name   = "read"
  role   = aws_iam_role.this.name
  policy = file("${path.module}/../iam-policy.json")
}

resource "aws_eks_pod_identity_association" "this" {
  count           = var.identity == "pod-identity" ? 1 : 0
  cluster_name    = var.cluster
  namespace       = var.namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.this.arn
}

output "role_arn" {
  description = "The chart's aws.roleArn, with IRSA."
  value       = aws_iam_role.this.arn
}
