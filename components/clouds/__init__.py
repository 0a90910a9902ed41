"""What each cloud knows apart from any capability."""

from components.clouds import aws, azure, gcp
from components.core.cloud import ByCloud
from components.core.scope import CloudFacts

FACTS: ByCloud[CloudFacts] = ByCloud(aws=aws.FACTS, azure=azure.FACTS, gcp=gcp.FACTS)
